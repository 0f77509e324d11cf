import './barTable.css';

/** For `ref`: the length of a bar. The page's policy lets no style stand in a template. */
export function barWidth(share: number): (element?: Element) => void {
  return (element) => {
    if (element instanceof HTMLElement) element.style.width = `${100 * share}%`;
  };
}
