// Run at the end of a page: unfolds everything, and measures each visible piece of text in both themes.
(() => {
  const dot = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const pen = dot.getContext("2d", { willReadFrequently: true });
  const rgba = color => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = color;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const light = c => {
    const [r, g, b] = c.slice(0, 3).map(x => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [hi, lo] = [light(a), light(b)].sort((x, y) => y - x);
    return (hi + 0.05) / (lo + 0.05);
  };
  const behind = element => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      const box = e.closest("g")?.querySelector(":scope > rect");
      const color = rgba(box && e === element ? getComputedStyle(box).fill : getComputedStyle(e).backgroundColor);
      if (color[3] > 0) layers.push(color);
      if (color[3] === 1) break;
    }
    return layers.reduceRight((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const page = document.querySelector(".trivium");
  page.classList.remove("stepping");
  page.querySelectorAll("details").forEach(d => { d.open = true; });
  const faint = [], texts = [];
  for (const theme of ["light", "dark"]) {
    document.documentElement.style.colorScheme = page.style.colorScheme = theme;
    const walk = document.createTreeWalker(page, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const text = walk.currentNode.textContent.trim(), element = walk.currentNode.parentElement;
      if (!text || !element.getClientRects().length || element.closest("style, script, title")) continue;
      const style = getComputedStyle(element), ground = behind(element);
      const ink = over(rgba(element instanceof SVGElement ? style.fill : style.color), ground);
      const found = contrast(ink, ground);
      texts.push(text);
      if (found < 4.5) faint.push(`${theme}: ${text.slice(0, 40)}: ${found.toFixed(2)}`);
    }
  }
  const cut = [...page.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .filter(e => !e.closest(".scroll, .graph, pre, svg")).map(e => `${e.tagName} ${e.className} ${e.textContent.slice(0, 40)}`);
  const requests = performance.getEntriesByType("resource").map(r => r.name);
  document.body.dataset.audit = JSON.stringify({ requests, texts: texts.length, faint: [...new Set(faint)], cut });
})();
