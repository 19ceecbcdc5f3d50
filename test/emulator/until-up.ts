import { setTimeout as pause } from 'node:timers/promises';

/** Whether an address answers well within a minute, before its process has `ended`. */
export async function untilUp(url: string, ended: Promise<void>): Promise<boolean> {
  let hasEnded = false;
  void ended.then(() => {
    hasEnded = true;
  });
  for (let tries = 0; tries < 240 && !hasEnded; tries++) {
    const isUp = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return true;
    await pause(250);
  }
  return false;
}
