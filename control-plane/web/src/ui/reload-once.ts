// After an update of the server the files of an older page are gone: then the page is loaded anew, by itself, but not over and over.
const KEY = 'clew.reloaded';
/** Replicas of two versions behind one address would send the page back and forth. */
const AGAIN_AFTER_MS = 60_000;

/** What `load` gives. Where its file does not come since the server has another page by now, that is loaded; else the failure stands. */
export async function orReload<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const isRecent = Date.now() - Number(sessionStorage.getItem(KEY) ?? 0) < AGAIN_AFTER_MS;
    if (isRecent || !(await isOutdated())) throw error;
    sessionStorage.setItem(KEY, String(Date.now()));
    location.reload();
    return new Promise(() => undefined);
  }
}

/** Whether the server answers, with a page that starts from another file. */
async function isOutdated(): Promise<boolean> {
  const own = document.querySelector<HTMLScriptElement>('script[type="module"][src]')?.getAttribute('src');
  try {
    const answer = await fetch('/', { headers: { Accept: 'text/html' }, cache: 'no-store' });
    return answer.ok && own !== undefined && own !== null && !(await answer.text()).includes(own);
  } catch {
    return false;
  }
}
