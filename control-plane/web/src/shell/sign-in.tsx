import { useEffect, useRef, useState, type SyntheticEvent } from 'react';
import { tryToken } from '../api/client.ts';
import { ApiError, UNREACHED, type Problem } from '../api/problem.ts';
import { loginAddress, resumeSession } from '../api/session.ts';
import { keepToken, readLoginFailure, readSignOut, type LoginFailure, type SignOut } from '../api/token.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Logo } from './logo.tsx';

const FAILURES: Readonly<Record<LoginFailure, string>> = {
  refused: 'The provider did not let you in, or its answer was not meant for this sign-in.',
  expired: 'That took too long, or was begun in another browser. Try again.',
  no_role: 'You are known, and no role here is for you. Ask who administers this server.',
  unavailable: 'The identity provider does not answer. Tokens still work.',
};

const TOKEN_REFUSED = 'This token is not accepted: it is mistyped, has expired, was revoked, or belongs to another server.';

const ASK_FOR_TOKEN = 'npm start prints the admin token at its first start; administrators make others under Privacy, Tokens.';

const SIGN_OUTS: Readonly<Record<SignOut, string>> = {
  asked: 'Signed out.',
  token_refused: TOKEN_REFUSED,
  session_ended: 'Signed out: your session has ended. Sign in again to go on where you were.',
};

export function SignIn() {
  const [problem, setProblem] = useState<Problem>();
  const [isTrying, setTrying] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const [offersLogin, setOffersLogin] = useState(false);
  const failure = readLoginFailure();
  const signOutReason = readSignOut();
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    const controller = new AbortController();
    // Without an answer the token is all there is to sign in with.
    resumeSession(controller.signal).then(setOffersLogin, () => undefined);
    return () => controller.abort();
  }, []);

  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    const token = field.current?.value.trim() ?? '';
    if (token === '' || isTrying) return;
    setTrying(true);
    setProblem(undefined);
    try {
      await tryToken(token);
      keepToken(token);
    } catch (error) {
      setProblem(error instanceof ApiError ? inWordsOfThePage(error.problem) : UNREACHED);
      setTrying(false);
      field.current?.select();
    }
  };

  return (
    <main className="sign-in">
      <form className="sign-in-card" onSubmit={(event) => void submit(event)}>
        <h1 className="sign-in-title">
          <Logo /> Clew
        </h1>
        {signOutReason !== undefined && problem === undefined && <p role="status">{SIGN_OUTS[signOutReason]}</p>}
        {failure !== undefined && (
          <p className="login-failure" role="alert">
            {FAILURES[failure]}
          </p>
        )}
        {offersLogin && (
          <>
            <a className="button button-main sign-in-link" href={loginAddress()}>
              Sign in with your organisation
            </a>
            <p className="hint">or with a token:</p>
          </>
        )}
        <label className="field-label" htmlFor="token">
          Token
        </label>
        <input
          ref={field}
          id="token"
          className="field"
          type="password"
          autoComplete="off"
          spellCheck={false}
          required
          aria-describedby="token-hint"
          aria-invalid={problem !== undefined}
        />
        <p id="token-hint" className="hint">
          <code>npm start</code> prints an admin token at its first start, and a link that signs in by itself.
        </p>
        {problem && <ProblemNote problem={problem} />}
        <button type="submit" className="button button-main" disabled={isTrying}>
          {isTrying ? 'Signing in …' : 'Sign in'}
        </button>
      </form>
    </main>
  );
}

/** The API tells its callers which header to send; here there is a field to fill in. */
const inWordsOfThePage = (problem: Problem): Problem =>
  problem.status === 401 ? { status: 401, title: problem.title, detail: TOKEN_REFUSED, remedy: ASK_FOR_TOKEN } : problem;
