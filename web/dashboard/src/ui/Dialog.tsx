/** Dialogs: the browser's own, which hold the focus and close at Escape. */
import { useId, useLayoutEffect, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { Problem } from '../api/client.ts';
import { Button, ProblemNote } from './basics.tsx';

export function Dialog({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const frame = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // Before the browser takes the dialog out: afterwards nothing would lead the focus back to where it was.
  useLayoutEffect(() => {
    const dialog = frame.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog ref={frame} className="dialog" aria-labelledby={heading} onCancel={onClose}>
      <div className="dialog-body">
        <h2 id={heading}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

/** Asks why before anything is done: the reason is journalled with the act. `act` may throw a Problem, which is shown. */
export function ReasonDialog({
  title,
  verb,
  children,
  danger = false,
  act,
  onClose,
}: {
  title: string;
  verb: string;
  children?: ReactNode;
  danger?: boolean;
  act: (reason: string) => Promise<unknown>;
  onClose: () => void;
}) {
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await act(reason.trim());
      onClose();
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, String(error)));
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        {children}
        <label className="field">
          <span>Reason</span>
          <textarea
            required
            autoFocus
            maxLength={500}
            value={reason}
            placeholder="Why? It is journalled with your name."
            onChange={(event) => setReason(event.target.value)}
          />
        </label>
        {problem && <ProblemNote problem={problem} />}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind={danger ? 'danger' : 'primary'} type="submit" disabled={busy || !reason.trim()}>
            {verb}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
