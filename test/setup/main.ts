// Runs one verb of launch.mjs, on Node 24. What a verb needs is imported after the dependencies are there.
import { installDependencies } from './dependencies.ts';

type Verb = (args: readonly string[]) => Promise<number>;

const verbs: Readonly<Record<string, Verb>> = {
  start: async (args) => (await import('./start.ts')).start(args),
  test: async () => (await import('./suites.ts')).runSuites(['unit', 'web', 'editor']),
  unit: async (args) => (await import('./suites.ts')).runSuites(['unit'], args),
  web: async (args) => (await import('./suites.ts')).runSuites(['web'], args),
  editor: async (args) => (await import('./suites.ts')).runSuites(['editor'], args),
  python: async (args) => (await import('./suites.ts')).runSuites(['python'], args),
  models: async (args) => (await import('./models.ts')).checkModels(args),
  build: async (args) => (await import('./tools.ts')).build(args),
  typecheck: async () => (await import('./tools.ts')).typecheck(),
  lint: async () => (await import('./tools.ts')).lint(),
  arrows: async () => (await import('./tools.ts')).arrows(),
  bench: async (args) => (await import('./tools.ts')).bench(args),
  formulas: async (args) => (await import('./hook.ts')).formulas(args),
  package: async (args) => (await import('./package/main.ts')).packageCommand(args),
  packages: async (args) => (await import('./packages.ts')).readPackages(args),
  screenshots: async (args) => (await import('./screenshots/take.ts')).takeScreenshots(args),
};

const [name = '', ...args] = process.argv.slice(2);
const verb = verbs[name];
if (!verb) {
  console.error(`There is no "${name}". What there is: ${Object.keys(verbs).join(', ')}.`);
  process.exit(2);
}
// Whatever ends this ends in order: what it started is ended on 'exit'. A launcher that was killed could not tell.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(name === 'start' ? 0 : 1));
process.once('disconnect', () => process.exit(1));
process.channel?.unref();

try {
  await installDependencies();
  process.exitCode = await verb(args);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
