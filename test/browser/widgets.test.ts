import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saveIncident } from '../../shared/pipeline/incident-store.ts';
import { widgetNames } from '../../shared/presentation/widget-request.ts';
import { finding, heard, signal } from '../alerting/told.ts';
import { openBrowser } from './chromium.ts';
import { consolePage, sanitised } from './console-page.ts';
import { pageFaults } from './page-faults.mjs';
import { placedWidgets, type WidgetSize } from './placed-widgets.ts';
import { sceneNow, widgetFunction, widgetScene } from './widget-scene.ts';

let browser: Browser;
let ask: ReturnType<typeof widgetFunction>;
beforeAll(async () => {
  const [opened, store] = await Promise.all([openBrowser(), widgetScene()]);
  browser = opened;
  const long = 'a-name-without-any-space-'.repeat(8);
  const hostile = finding('rule:x', {
    kind: 'rule',
    severity: 'HIGH',
    label: long,
    explanation: `<script>1</script> ${long}`,
  });
  await saveIncident(store, heard([signal(sceneNow - 300, [hostile], { entity: `<img src=x> ${long}` })]), 'absent');
  ask = widgetFunction(store);
}, 120_000);
afterAll(() => browser.close());

/** The page in a browser: what went wrong while it was opened, and what is wrong with it. */
async function opened(html: string) {
  const page = await browser.newPage({ viewport: { width: 1500, height: 1200 } });
  const errors: string[] = [];
  page.on('console', (message) => void errors.push(message.text()));
  page.on('pageerror', (error) => void errors.push(error.message));
  page.on('request', (request) => void errors.push(`asked for ${request.url()}`));
  await page.setContent(html);
  const faults = await page.evaluate(pageFaults);
  return { page, errors, faults };
}

describe.each(widgetNames)('the widget %s in a browser', (name) => {
  it('fits three sizes in both themes, can be read, and loads nothing', async () => {
    const widgets = await placedWidgets(ask, name);
    const { page, errors, faults } = await opened(consolePage(widgets));
    expect(errors).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('has nothing that the console takes out', async () => {
    for (const { html } of await placedWidgets(ask, name)) expect(sanitised(html)).toBe(html);
  });
});

describe('the explorer', () => {
  it('is seen whole, without scrolling', async () => {
    const { page } = await opened(consolePage(await placedWidgets(ask, 'explorer')));
    const tall = await page.evaluate<number[]>(
      "Array.from(document.querySelectorAll('.place'), (one) => one.scrollHeight - one.clientHeight)",
    );
    expect(Math.max(...tall)).toBeLessThanOrEqual(1);
    await page.close();
  });
});

describe('what is checked', () => {
  const place = (html: string, size: WidgetSize = [400, 200]) =>
    consolePage([{ html, theme: 'light', width: size[0], height: size[1] }]);

  it.each([
    ['too wide', '<div style="width:600px">x</div>', /600 wide/],
    ['pale', '<p style="color:#ccc">pale</p>', /“pale” has a contrast of/],
    ['laid over another', '<p>one line</p><p style="margin-top:-2.4em">another</p>', /lies over/],
  ])('is seen where something is %s', async (_, html, says) => {
    const { page, faults } = await opened(place(html));
    expect(faults.join()).toMatch(says);
    await page.close();
  });

  it.each([
    ['a script', '<p>x</p><script>document.title="ran"</script>'],
    ['a handler', '<img src="data:," onerror="document.title=\'ran\'">'],
  ])('is that %s does not run, even where the console would leave it', async (_, html) => {
    const { page } = await opened(place('').replace('</main>', `${html}</main>`));
    expect(await page.title()).toBe('Dashboard');
    await page.close();
  });
});
