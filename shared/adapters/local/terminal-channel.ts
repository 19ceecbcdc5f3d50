import type { Digest } from '../../alerting/digest.ts';
import type { Notice } from '../../alerting/notice.ts';
import type { Channel, Delivery } from '../../ports/channel.ts';
import { terminalDigest } from '../../presentation/digest-message.ts';
import { terminalNotice, type TerminalNoticeOptions } from '../../presentation/terminal-notice.ts';

/** Tells whoever sits at this machine. A pipe that was closed under it is an outcome, not a fault. */
export class TerminalChannel implements Channel {
  readonly kind = 'terminal';
  readonly #write: (lines: readonly string[]) => void;
  readonly #options: () => TerminalNoticeOptions;

  /**
   * @param write takes the lines of one message, without line ends.
   * @param options asked for each message: terminals change their width.
   */
  constructor(write: (lines: readonly string[]) => void, options: () => TerminalNoticeOptions) {
    this.#write = write;
    this.#options = options;
  }

  async deliver(notice: Notice): Promise<Delivery> {
    return this.#tell(terminalNotice(notice, this.#options()));
  }

  async deliverDigest(digest: Digest): Promise<Delivery> {
    return this.#tell(terminalDigest(digest, this.#options().width));
  }

  #tell(lines: readonly string[]): Delivery {
    try {
      this.#write(lines);
    } catch (error) {
      return { outcome: 'retryable', reason: `the terminal: ${String(error)}`, maybe: true };
    }
    return { outcome: 'delivered', answer: 'shown' };
  }
}
