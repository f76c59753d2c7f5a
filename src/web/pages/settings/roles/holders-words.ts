/** Who has a role, in words. */
import { formatCount } from '../../../../shared/format/number.ts';
import type { Role } from '../../../data/admin/roles.ts';

/** Who has a role, in words. */
export function holdersWords({ memberCount, groupCount, invitationCount }: Role): string {
  const parts = [
    ...(memberCount > 0 ? [formatCount(memberCount, 'person', 'people')] : []),
    ...(groupCount > 0 ? [formatCount(groupCount, 'group')] : []),
    ...(invitationCount > 0 ? [formatCount(invitationCount, 'invitation')] : []),
  ];
  return parts.join(', ');
}
