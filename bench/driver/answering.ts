import type { DriverMessage } from './jobs.js';
import type { SliceRecord } from './slices.js';

/** Answers each message of the harness with what `answer` makes of it; ends when the harness lets go. */
export function answering(answer: (message: DriverMessage) => Promise<SliceRecord | null>): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', (message: DriverMessage) => {
    void answer(message).then(
      (record) => process.send?.({ record }),
      (error: unknown) => process.send?.({ error: String(error) }),
    );
  });
}
