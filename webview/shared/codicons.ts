/** The icon elements look the icon font's style sheet up by an id, to bring it into their shadow trees. */
export function adoptCodicons(): void {
  const sheet = document.querySelector<HTMLLinkElement>('link[rel="stylesheet"][href*="codicon.css"]');
  if (sheet) sheet.id = 'vscode-codicon-stylesheet';
}
