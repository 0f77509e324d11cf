/** An owner that starts an inference process, says its id once a run is under way, and waits for its own end. */

import { join } from 'node:path';
import { EnginePool } from '../../../../src/engine/pool.ts';

const [modelPath = ''] = process.argv.slice(2);
const pool = new EnginePool({ entry: join(__dirname, 'inference.cjs'), log: () => undefined });
const client = pool.acquire({ id: 'm', name: 'm', path: modelPath }, { provider: 'cpu', threads: 1, memoryLimit: 0 });
void client.attention({ text: 'slow' }, { onProgress: ({ message }) => console.log(message) });
setInterval(() => undefined, 1000);
