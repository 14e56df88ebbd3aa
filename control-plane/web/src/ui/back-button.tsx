export function BackButton({ onBack }: { readonly onBack: () => void }) {
  return (
    <button type="button" className="back" onClick={onBack}>
      <span aria-hidden="true">←</span> Back
    </button>
  );
}
