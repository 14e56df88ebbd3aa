import { useState } from 'react';
import { CopyButton } from '../ui/copy-button.tsx';
import { count } from '../ui/format.ts';
import { RedactedText } from '../ui/redacted-text.tsx';

interface SpeechProps {
  readonly who: 'Prompt' | 'Answer';
  readonly text: string | null;
  /** What to say where there is no text. */
  readonly missing?: string;
}

const LONG = 3000;

/** Text as it was kept: redacted, never rendered as markup. */
export function Speech({ who, text, missing = 'No text kept.' }: SpeechProps) {
  const [isWhole, setWhole] = useState(false);
  const isLong = text !== null && text.length > LONG;
  const shown = text === null || isWhole || !isLong ? text : text.slice(0, LONG);
  return (
    <section className={`speech speech-${who.toLowerCase()}`} aria-label={who}>
      <div className="speech-head">
        <h3>{who}</h3>
        {text !== null && text !== '' && <CopyButton text={text} what={`the ${who.toLowerCase()}`} />}
      </div>
      {shown === null || shown === '' ? (
        <p className="muted">{missing}</p>
      ) : (
        <div className="speech-text" dir="auto">
          <RedactedText text={shown} />
          {isLong && !isWhole && '…'}
        </div>
      )}
      {isLong && (
        <button type="button" className="button" onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Show less' : `Show all ${count(text.length)} characters`}
        </button>
      )}
    </section>
  );
}
