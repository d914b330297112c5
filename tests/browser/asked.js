// Counts what a page has asked its server for, and how much of that is answered and drawn. What a
// page asks for by itself, every second, does not count. Numbers of fields are Streamlit's.
const AUTOMATIC = 6; // of a request to run: is_auto_rerun
const FRAGMENTS = 2; // of the identity of a run: fragment_ids, none where it is of a whole page
const WHOLE = 0; // of the end of a run: FINISHED_SUCCESSFULLY
const AGAIN = 2; // FINISHED_EARLY_FOR_RERUN

window.asked = 0; // requests
window.answered = 0;
window.begun = 0; // runs of a whole page
window.ended = 0;

window.WebSocket = class extends WebSocket {
  heard = 0;

  constructor(...names) {
    super(...names);
    this.addEventListener("message", ({ data }) => {
      if (data instanceof ArrayBuffer) this.hear(new Map(fields(new Uint8Array(data))));
    });
  }

  send(data) {
    const run = new Map(fields(data)).get(11); // rerun_script
    if (run && !new Map(fields(run)).get(AUTOMATIC)) window.asked += 1;
    super.send(data);
  }

  hear(message) {
    if (message.has(4)) { // new_session
      this.heard = window.asked;
      const run = new Map(fields(new Map(fields(message.get(2))).get(6)));
      if (!run.has(FRAGMENTS)) window.begun += 1;
    }
    const end = message.get(6); // script_finished
    if (end === undefined || end === AGAIN) return;
    const { heard } = this, { begun } = window;
    // Streamlit has handled it once the browser has drawn twice
    requestAnimationFrame(() => requestAnimationFrame(() => {
      window.answered = heard;
      if (end === WHOLE) window.ended = begun;
    }));
  }
};

// The fields of a message of protocol buffers: number and value, or bytes.
function* fields(bytes) {
  let at = 0;
  const number = () => {
    let value = 0, shift = 0, byte;
    do {
      byte = bytes[at++];
      value |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte & 0x80);
    return value;
  };
  while (at < bytes.length) {
    const tag = number();
    const kind = tag & 7;
    const length = { 1: 8, 2: 0, 5: 4 }[kind] || (kind === 2 ? number() : 0);
    yield [tag >>> 3, kind === 0 ? number() : bytes.subarray(at, at + length)];
    at += length;
  }
}
