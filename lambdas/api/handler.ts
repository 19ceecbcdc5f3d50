import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import { routePath } from 'hono/route';
import { askBefore, actOn } from './action-routes.ts';
import type { ApiPorts } from './api-ports.ts';
import { pageResponse, refuseOther } from './responses.ts';
import { type HttpEvent, openMuteRoute } from './mute-route.ts';

export interface ApiBindings {
  readonly event: HttpEvent;
}

/** The HTTP API: what a link in a notice opens, and what opens a mute. Reading never acts; see `action-routes.ts`. */
export function createApi(ports: () => Promise<ApiPorts>): Hono<{ Bindings: ApiBindings }> {
  const api = new Hono<{ Bindings: ApiBindings }>();
  api.use(async (context, next) => {
    const { clock, log } = await ports();
    const startedAt = clock.now();
    await next();
    // The route, never the path: the token in it is a key.
    const { method } = context.req;
    const seconds = Math.round((clock.now() - startedAt) * 1000) / 1000;
    log.info('request answered', { method, route: routePath(context, -1), status: context.res.status, seconds });
  });
  api.get('/a/:token', async (context) => askBefore(context.req.param('token'), await ports()));
  api.post('/a/:token', async (context) => actOn(context.req.param('token'), context.req.raw, await ports()));
  api.all('/a/:token', () => refuseOther('GET, HEAD, POST'));
  api.post('/mute', async (context) => openMuteRoute(context.req.raw, context.env.event, await ports()));
  api.all('/mute', () => refuseOther('POST'));
  api.notFound(async () => {
    const { clock } = await ports();
    return pageResponse(404, { says: 'not-valid', now: clock.now() });
  });
  api.onError(async (error) => {
    const { clock, log } = await ports();
    // Not swallowed: it is logged, counted by the status, and whoever asked is told to try again.
    log.error('request failed', { error });
    return pageResponse(500, { says: 'failed', now: clock.now() });
  });
  return api;
}

// eslint-disable-next-line @typescript-eslint/no-deprecated -- As above.
export const createHandler = (ports: () => Promise<ApiPorts>) => handle(createApi(ports));
