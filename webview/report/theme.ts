/** Stands in for the editor's themes: the reader's own choice between light and dark. */

/** Names the scheme as the editor does, now and whenever it changes; the colours are in the style sheet. */
export function followScheme(): void {
  const [dark, forced] = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map((query) => matchMedia(query)) as [
    MediaQueryList,
    MediaQueryList,
  ];
  const name = (): void => {
    const contrast = dark.matches ? 'vscode-high-contrast' : 'vscode-high-contrast vscode-high-contrast-light';
    document.body.className = forced.matches ? contrast : dark.matches ? 'vscode-dark' : 'vscode-light';
  };
  dark.addEventListener('change', name);
  forced.addEventListener('change', name);
  name();
}
