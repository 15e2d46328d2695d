import type { Line, Log, Tone } from './log.js';
import { type Relay, adopt } from './relay.js';
import type { Stage } from './stage.js';

/** What tabs tell each other; none of it is a token. */
type Message =
  | { readonly kind: 'who knows?' }
  | { readonly kind: 'so far'; readonly lines: readonly Line[]; readonly relay: Relay }
  | { readonly kind: 'news'; readonly line: Line }
  | { readonly kind: 'relay'; readonly relay: Relay };

/** What happened, told to all tabs of this browser. */
export interface Story {
  /** For what this tab alone knows of: the others log it, too. */
  readonly tell: (tone: Tone, text: string) => void;
}

const CHANNEL = 'baton-playground';

/** Begins with what the other tabs know already. */
export function createStory(log: Log, stage: Stage): Story {
  const channel = new BroadcastChannel(CHANNEL);
  const post: (message: Message) => void = channel.postMessage.bind(channel);
  let isNew = true;

  channel.addEventListener('message', ({ data }) => {
    const message: Message = data;
    switch (message.kind) {
      case 'who knows?':
        if (log.lines.length > 0) post({ kind: 'so far', lines: log.lines, relay: stage.relay });
        return;
      case 'so far':
        if (!isNew) return;
        isNew = false;
        log.begin(message.lines);
        stage.follow((relay) => adopt(relay, message.relay, false));
        return;
      case 'news':
        log.show({ ...message.line, text: `Another tab: ${message.line.text}` });
        return;
      case 'relay':
        stage.follow((relay) => adopt(relay, message.relay, true));
    }
  });
  stage.onOwnChange((relay) => post({ kind: 'relay', relay }));
  post({ kind: 'who knows?' });

  return {
    tell(tone, text) {
      post({ kind: 'news', line: log.add(tone, text) });
    },
  };
}
