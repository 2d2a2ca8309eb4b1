/** Between a picture and the same numbers as a table. */
import { Button } from '../../ui/basics.tsx';
import { Icon } from '../../ui/icons.tsx';

export function TableToggle({
  title,
  asTable,
  onToggle,
}: {
  title: string;
  asTable: boolean;
  onToggle: () => void;
}) {
  const said = asTable ? 'Show the chart' : 'Show as a table';
  return (
    <Button
      kind="quiet"
      icon
      aria-pressed={asTable}
      onClick={onToggle}
      title={said}
      aria-label={`${title}: ${said.toLowerCase()}`}
    >
      <Icon name={asTable ? 'chart' : 'table'} />
    </Button>
  );
}
