import { setTimeout as pause } from 'node:timers/promises';

/** Whether an address answers well within a minute, before its process has `ended`. */
export async function untilUp(url: string, ended: Promise<void>): Promise<boolean> {
  const over = ended.then(() => 'ended' as const);
  for (let tries = 0; tries < 240; tries++) {
    const isUp = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return true;
    if ((await Promise.race([over, pause(250)])) === 'ended') return false;
  }
  return false;
}
