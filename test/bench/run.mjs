// npm run bench: measures the budgets and prints them. --quick: fewer rounds, no editor. --json: the figures alone. --strict: a
// budget that is missed is a failure.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { main } from './main.ts';

const root = join(import.meta.dirname, '..', '..');
const out = join(root, '.genlens', 'bench');
await mkdir(out, { recursive: true });
process.exit(await main({ root, out, flags: new Set(process.argv.slice(2)) }));
