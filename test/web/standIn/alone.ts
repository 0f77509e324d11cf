/** For a page that has no host: it says itself when it is there. */

const breaches: string[] = [];
Object.assign(window, { standIn: { calls: [], breaches } });
document.addEventListener('securitypolicyviolation', (event) =>
  breaches.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`),
);
