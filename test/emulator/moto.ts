import { spawn } from 'node:child_process';
import { freePort } from './free-port.ts';
import { untilUp } from './until-up.ts';

export interface Moto {
  readonly url: string;
  stop(): Promise<void>;
}

/** moto's server on loop-back. It ends when its standard input does, also where we are killed. */
export async function startMoto(python: string): Promise<Moto> {
  const port = await freePort();
  const program = `
import os, signal, sys, threading
def end(): sys.stdin.buffer.read(); os.kill(os.getpid(), signal.SIGKILL)
threading.Thread(target=end, daemon=True).start()
from moto.server import main
main(["-H", "127.0.0.1", "-p", "${port}"])
`;
  const child = spawn(python, ['-c', program], { stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    said = (said + data.toString()).slice(-3000);
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  const url = `http://127.0.0.1:${port}`;
  if (!(await untilUp(`${url}/moto-api/`, ended))) {
    await stop();
    throw new Error(`moto did not start:\n${said}`);
  }
  return { url, stop };
}
