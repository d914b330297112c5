// Unpacks the drawing library and the figures that stand in this page, and draws them.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const places = [...document.querySelectorAll(".chart")];
  const config = { displaylogo: false, responsive: true };

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
    const draw = (isDark, width) =>
      Promise.all(
        places.map((place, number) => {
          const { data, layout } = coloured(figures[number], isDark);
          return Plotly.react(place, data, width ? { ...layout, width } : layout, config);
        }),
      );
    await draw(dark.matches);
    document.documentElement.dataset.drawn = places.length;
    dark.addEventListener("change", () => draw(dark.matches));
    addEventListener("beforeprint", () => draw(false, 660)); // the width of a page of paper
    addEventListener("afterprint", () => draw(dark.matches));
  }

  start().catch((error) => {
    document.getElementById("no-figures").hidden = false;
    console.error(error);
  });
})();
