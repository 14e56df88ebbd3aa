/** A ball of thread with its end running out. */
export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" width="24" height="24" aria-hidden="true" fill="none" strokeWidth="2.6" strokeLinecap="round">
      <circle cx="15" cy="15" r="11.5" />
      <path d="M5 20C10 11 17 7 25 9" />
      <path d="M8 24C13 15 19 12 26 13" />
      <path d="M15 26.500c7 0 9 3 14 3" />
    </svg>
  );
}
