/** What of a page has a use of its own for the space bar. */
const takers = 'button, input, select, a, summary, [role="button"], [role="application"], vscode-toolbar-button';

/** Space runs and pauses, where no control has a use of its own for it. */
export function runsBySpace(panel: { readonly open: { readonly isRunning: boolean }; run(): void; pause(): void }): void {
  // Of the document: where nothing has the focus, the page's body gets keys.
  document.addEventListener('keydown', (event) => {
    if (event.key !== ' ' || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.composedPath()[0];
    if (target instanceof Element && target.closest(takers)) return;
    event.preventDefault();
    if (panel.open.isRunning) panel.pause();
    else panel.run();
  });
}
