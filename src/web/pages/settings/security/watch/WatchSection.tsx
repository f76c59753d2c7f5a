/** What the watch looks for, and what it does when it finds it. Every change holds at once. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Session } from '../../../../../shared/contract/identity.ts';
import type { Response, WatchKind, WatchSettings } from '../../../../../shared/contract/security.ts';
import { securityQuery, setWatch, watchKinds, watchQuery, watchResponses } from '../../../../data/admin/security.ts';
import { may } from '../../../../data/session.ts';
import { SelectField } from '../../../../ui/form/SelectField.tsx';
import { Switch } from '../../../../ui/form/Tick.tsx';
import { Notice } from '../../../../ui/Notice.tsx';
import { Section } from '../../../../ui/page/PageHead.tsx';
import { Skeleton } from '../../../../ui/Skeleton.tsx';
import { Asked } from '../../../Asked.tsx';
import { kindWords, responseWords } from './watch-words.ts';
import classes from './Watch.module.css';

/** The section. */
export function WatchSection({ session }: { session: Session }): ReactNode {
  const client = useQueryClient();
  const watch = useQuery(watchQuery);
  const change = useMutation({
    mutationFn: setWatch,
    onMutate: (next) => {
      const before = client.getQueryData(watchQuery.queryKey);
      client.setQueryData(watchQuery.queryKey, next);
      return before;
    },
    onError: (_error, _next, before) => client.setQueryData(watchQuery.queryKey, before),
    onSuccess: (settings) => {
      client.setQueryData(watchQuery.queryKey, settings);
      void client.invalidateQueries({ queryKey: securityQuery.queryKey });
    },
  });
  const canChange = may(session, 'workspace:manage');
  return (
    <>
      <Section title="What the watch looks for" about="Each finding opens an incident, with what was done and the way back." isFlush>
        <Asked query={watch} skeleton={<LoadingWatch />}>
          {(settings) => (
            <ul className={classes.list}>
              {watchKinds.map((kind) => (
                <WatchLine
                  key={kind}
                  kind={kind}
                  setting={settings[kind]}
                  canChange={canChange}
                  onChange={(setting) => change.mutate({ ...settings, [kind]: setting })}
                />
              ))}
            </ul>
          )}
        </Asked>
        {change.isError && (
          <div className={classes.wrong}>
            <Notice tone="error" title="Nothing was changed">
              {change.error.message}
            </Notice>
          </div>
        )}
      </Section>
      <Responses />
    </>
  );
}

interface WatchLineProps {
  kind: WatchKind;
  setting: WatchSettings[WatchKind];
  canChange: boolean;
  onChange: (setting: WatchSettings[WatchKind]) => void;
}

function WatchLine({ kind, setting, canChange, onChange }: WatchLineProps): ReactNode {
  const { title, about } = kindWords[kind];
  return (
    <li className={classes.line}>
      <div className={classes.switch}>
        <Switch
          label={title}
          help={about}
          isOn={setting.isOn}
          isDisabled={!canChange}
          onChange={(isOn) => onChange({ ...setting, isOn })}
        />
      </div>
      <div className={classes.response}>
        <SelectField
          label={`When it finds: ${title}`}
          isLabelHidden
          name={kind}
          value={setting.response}
          isDisabled={!canChange || !setting.isOn}
          choices={watchResponses.map((value) => ({ value, label: responseWords[value].title }))}
          onChange={(response) => onChange({ ...setting, response: response as Response })}
        />
      </div>
    </li>
  );
}

/** What each response does, mildest first. */
function Responses(): ReactNode {
  return (
    <Section title="What it may do" about="Mildest first. An address can only be slowed down.">
      <dl className={classes.responses}>
        {watchResponses.map((response) => (
          <div key={response}>
            <dt>{responseWords[response].title}</dt>
            <dd>{responseWords[response].about}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function LoadingWatch(): ReactNode {
  return (
    <ul className={classes.list} aria-label="Loading the settings of the watch">
      {watchKinds.map((kind) => (
        <li key={kind} className={classes.line}>
          <div className={classes.switch}>
            <Skeleton width={180} height={16} />
            <div style={{ height: 6 }} />
            <Skeleton width="70%" height={12} />
          </div>
        </li>
      ))}
    </ul>
  );
}
