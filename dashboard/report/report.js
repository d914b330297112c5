// Unpacks the drawing library and the figures that stand in this page, and draws them.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const places = [...document.querySelectorAll(".chart")];
  const config = { displaylogo: false };
  const PAPER_WIDTH = 660; // pixels

  async function unpack(id) {
    const coded = atob(document.getElementById(id).textContent);
    const bytes = Uint8Array.from(coded, (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  }

  function coloured({ figure, dark: changes }, isDark) {
    const copy = structuredClone(figure);
    for (const [path, value] of isDark ? changes : []) {
      const last = path.at(-1);
      path.slice(0, -1).reduce((part, key) => part[key], copy)[last] = value;
    }
    return copy;
  }

  async function start() {
    const script = document.createElement("script");
    script.textContent = await unpack("library");
    document.head.append(script);
    const figures = JSON.parse(await unpack("figures"));
    const draw = (number, isDark, width) => {
      const place = places[number];
      const { data, layout } = coloured(figures[number], isDark);
      const size = { width: width || place.clientWidth, height: layout.height };
      Plotly.purge(place); // `Plotly.react` leaves legends where another width had them
      return Plotly.newPlot(place, data, { ...layout, ...size }, config);
    };
    let isPrinting = false; // paper has its own width, and a browser tells of it as of a window's
    const redraw = () => isPrinting || places.forEach((_, number) => draw(number, dark.matches));
    for (const number of places.keys()) {
      await draw(number, dark.matches);
      await new Promise((resume) => setTimeout(resume)); // the browser shows what is there
    }
    document.documentElement.dataset.drawn = places.length;
    dark.addEventListener("change", redraw);
    let width = innerWidth; // the height changes as a phone hides its address bar
    addEventListener("resize", () => innerWidth !== width && redraw((width = innerWidth)));
    addEventListener("beforeprint", () => {
      isPrinting = true;
      places.forEach((_, number) => draw(number, false, PAPER_WIDTH));
    });
    addEventListener("afterprint", () => {
      isPrinting = false;
      redraw();
    });
  }

  start().catch((error) => {
    document.getElementById("no-figures").hidden = false;
    console.error(error);
  });
})();
