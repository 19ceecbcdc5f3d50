import type { Signal } from '../alerting/signal.ts';
import type { AlertMessage } from './read-alert-message.ts';

/** A signal as the bus and the queue hand it to the router. @param id of the message. */
export const alertMessage = (signal: Signal, id: string): AlertMessage => ({
  id,
  body: JSON.stringify({ id, 'detail-type': 'Signal', detail: signal }),
});
