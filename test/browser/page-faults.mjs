/**
 * What is wrong with the widgets of a page, a sentence each. Runs in the browser: it may use nothing from outside.
 */
export function pageFaults() {
  const faults = [];
  const luminance = (colour) => {
    const parts = (/rgba?\(([^)]*)\)/.exec(colour)?.[1] ?? '').split(',').map(Number);
    const [r, g, b] = parts.map((part) => {
      const share = part / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const groundOf = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/rgba\(.*, 0\)$|transparent/.test(colour)) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  for (const place of document.querySelectorAll('.place')) {
    const name = place.previousElementSibling?.textContent ?? '';
    const say = (fault) => faults.push(`${name}: ${fault}`);
    if (place.scrollWidth > place.clientWidth + 1)
      say(`is ${place.scrollWidth} wide where there are ${place.clientWidth}`);
    const right = place.getBoundingClientRect().left + place.clientWidth;
    const pieces = [];
    const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const parent = node.parentElement;
      const text = (node.textContent ?? '').trim();
      if (parent === null || text === '' || parent.closest('style,cwdb-action,title,option') !== null) continue;
      const style = getComputedStyle(parent);
      if (style.display === 'none' || style.visibility === 'hidden') continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) pieces.push({ text, node, rect });
      const isDrawn = parent.closest('svg') !== null;
      const [fore, back] = [luminance(isDrawn ? style.fill : style.color), luminance(groundOf(parent.closest('div')))];
      const contrast = (Math.max(fore, back) + 0.05) / (Math.min(fore, back) + 0.05);
      if (contrast < 4.5) say(`“${text.slice(0, 40)}” has a contrast of ${contrast.toFixed(1)}`);
    }
    for (const { text, rect } of pieces) if (rect.right > right + 1) say(`“${text.slice(0, 40)}” ends beyond the edge`);
    pieces.forEach((one, index) => {
      for (const other of pieces.slice(index + 1)) {
        if (one.node === other.node) continue;
        const across = Math.min(one.rect.right, other.rect.right) - Math.max(one.rect.left, other.rect.left);
        const down = Math.min(one.rect.bottom, other.rect.bottom) - Math.max(one.rect.top, other.rect.top);
        // Lines of text are as high as their font says, not as what is seen of it.
        if (across > 2 && down > 4) say(`“${one.text.slice(0, 30)}” lies over “${other.text.slice(0, 30)}”`);
      }
    });
  }
  return faults;
}
