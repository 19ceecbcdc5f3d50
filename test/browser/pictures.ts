import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { widgetNames } from '../../shared/presentation/widget-request.ts';
import { openBrowser } from './chromium.ts';
import { consolePage } from './console-page.ts';
import { dashboardPage } from './dashboard-page.ts';
import { placedWidgets } from './placed-widgets.ts';
import { widgetFunction, widgetScene } from './widget-scene.ts';

/** `npm run pictures`: paints docs/pictures/ anew, the same scene as the tests look at. */
const folder = fileURLToPath(new URL('../../docs/pictures/', import.meta.url));
await mkdir(folder, { recursive: true });
const browser = await openBrowser();
try {
  const ask = widgetFunction(await widgetScene());
  const pages = [
    ...(await Promise.all(
      widgetNames.map(async (name) => [`widget-${name}`, consolePage(await placedWidgets(ask, name))] as const),
    )),
    ['dashboard', await dashboardPage(ask)] as const,
  ];
  for (const [name, html] of pages) {
    const page = await browser.newPage({ viewport: { width: 1230, height: 600 } });
    await page.setContent(html);
    const path = join(folder, `${name}.png`);
    await page.screenshot({ path, fullPage: true });
    console.log(path);
    await page.close();
  }
} finally {
  await browser.close();
}
