import { spawn } from 'node:child_process';
import { freePort } from './free-port.ts';
import { untilUp } from './until-up.ts';

export interface Moto {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * moto's server on loop-back, one request after the other: its conditional writes look first and write then, which only S3
 * does in one. It ends when its standard input does, also where we are killed.
 */
export async function startMoto(python: string): Promise<Moto> {
  const port = await freePort();
  const program = `
import os, signal, sys, threading
def end(): sys.stdin.buffer.read(); os.kill(os.getpid(), signal.SIGKILL)
threading.Thread(target=end, daemon=True).start()
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple
run_simple("127.0.0.1", ${port}, DomainDispatcherApplication(create_backend_app), threaded=False)
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
