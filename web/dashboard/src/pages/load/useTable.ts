/** Which of the page's pictures are shown as tables; the address holds their names. */
import { useParam } from '../../app/router.ts';

export function useTable(name: string): readonly [boolean, () => void] {
  const [tables, setTables] = useParam<string>('tables', '');
  const shown = tables.split(',').filter(Boolean);
  const is = shown.includes(name);
  return [is, () => setTables((is ? shown.filter((each) => each !== name) : [...shown, name]).join(','))];
}
