import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/**
 * The browser of this machine, without a window; `CHROMIUM` names another one.
 *
 * @throws Error that says what to install where there is none.
 */
export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'] ?? places.find((path) => existsSync(path));
  if (executablePath === undefined)
    throw new Error('There is no Chromium here: apt-get install chromium, or set CHROMIUM to where it is.');
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--font-render-hinting=none'],
  });
}
