/** Tells somebody outside that a watch was looked after. Never throws: who does not hear it, raises the alarm. */
export interface Heartbeat {
  beat(watch: string): Promise<void>;
}
