/** Groups to be in, as boxes to tick. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { groupsQuery } from '../../../data/admin/groups.ts';
import { roleName } from '../../../data/admin/roles.ts';
import { Checkbox, TickGroup } from '../../../ui/form/Tick.tsx';
import classes from './People.module.css';

/** What the boxes take. */
export interface GroupTicksProps {
  /** ids of those that are ticked */
  picked: readonly string[];
  onChange: (picked: string[]) => void;
  isDisabled?: boolean;
}

/** The boxes; nothing where there are no groups. */
export function GroupTicks({ picked, onChange, isDisabled = false }: GroupTicksProps): ReactNode {
  const { data: groups } = useQuery(groupsQuery);
  if (groups === undefined || groups.length === 0) return null;
  return (
    <TickGroup label="Groups">
      <div className={classes.ticks}>
        {groups.map((group) => (
          <Checkbox
            key={group.id}
            label={group.name}
            help={group.roles.length === 0 ? 'no roles' : group.roles.map(roleName).join(', ')}
            isOn={picked.includes(group.id)}
            isDisabled={isDisabled}
            onChange={(isOn) => onChange(isOn ? [...picked, group.id] : picked.filter((id) => id !== group.id))}
          />
        ))}
      </div>
    </TickGroup>
  );
}
