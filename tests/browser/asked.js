// Counts what a page has asked its server for, and how much of that was taken up and drawn.
window.asked = 0;
window.answered = 0;

window.WebSocket = class extends WebSocket {
  constructor(...names) {
    super(...names);
    this.addEventListener("message", ({ data }) => {
      if (data instanceof ArrayBuffer && begins(new Uint8Array(data))) {
        const asked = window.asked;
        // Streamlit has handled it once the browser has drawn twice
        requestAnimationFrame(() => requestAnimationFrame(() => (window.answered = asked)));
      }
    });
  }

  send(data) {
    if (data[0] === 0x5a) window.asked += 1; // BackMsg.rerun_script, field 11
    super.send(data);
  }
};

// Whether a message says that a run of a page begins: ForwardMsg.new_session, field 4
function begins(bytes) {
  let at = 0;
  while (bytes[at] === 0x0a || bytes[at] === 0x12) { // its fields 1 and 2, of a length each
    let length = 0, shift = 0;
    do {
      at += 1;
      length |= (bytes[at] & 0x7f) << shift;
      shift += 7;
    } while (bytes[at] & 0x80);
    at += length + 1;
  }
  return bytes[at] === 0x22;
}
