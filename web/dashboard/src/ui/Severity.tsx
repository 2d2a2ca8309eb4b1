/** How bad an incident is: SEV-1 wakes people, SEV-4 is good to know. */
import './severity.css';

const MEANING = [
  '',
  'users are hurt now',
  'users will be hurt soon',
  'somebody should look today',
  'good to know',
];

export function Severity({ level }: { level: number }) {
  return (
    <abbr className={`severity severity-${level}`} title={MEANING[level] ?? ''}>
      SEV-{level}
    </abbr>
  );
}
