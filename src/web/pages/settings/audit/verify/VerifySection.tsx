/** Checks the whole chain while one looks on, and says what it came to. */
import { Button } from '@mantine/core';
import { IconShield, IconShieldCheck, IconShieldX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { HeadDocument } from '../../../../../shared/contract/audit.ts';
import { formatCount, formatExact } from '../../../../../shared/format/number.ts';
import { verifyAudit } from '../../../../data/admin/audit.ts';
import type { Verification } from '../../../../data/admin/audit.ts';
import { Notice } from '../../../../ui/Notice.tsx';
import { Section } from '../../../../ui/page/PageHead.tsx';
import { HeadsElsewhere } from './HeadsElsewhere.tsx';
import { VerificationFacts, VerificationFindings } from './VerificationResult.tsx';
import classes from './Verify.module.css';

interface Progress {
  checked: number;
  total: number;
}

interface Wish {
  log: 'own' | 'all';
  heads?: HeadDocument[];
}

/** The section. */
export function VerifySection({ isOperator, canVerify }: { isOperator: boolean; canVerify: boolean }): ReactNode {
  const [progress, setProgress] = useState<Progress | null>(null);
  const verify = useMutation({
    mutationFn: async ({ log, heads }: Wish) => {
      setProgress({ checked: 0, total: 0 });
      return verifyAudit(log, heads, (checked, total) => setProgress({ checked, total }));
    },
  });
  const { data, isPending, error } = verify;
  return (
    <Section>
      <div className={classes.verify}>
        <Shield verification={isPending ? undefined : data} />
        <div className={classes.words} role="status">
          <Headline verification={isPending ? undefined : data} isPending={isPending} progress={progress} />
        </div>
        <div className={classes.buttons}>
          {isOperator && (
            <Button variant="default" disabled={!canVerify || isPending} onClick={() => verify.mutate({ log: 'all' })}>
              Verify all workspaces
            </Button>
          )}
          <Button disabled={!canVerify} loading={isPending} onClick={() => verify.mutate({ log: 'own' })}>
            {data === undefined ? 'Verify' : 'Verify again'}
          </Button>
        </div>
      </div>
      {isPending && progress !== null && (
        <progress
          className={classes.progress}
          aria-label="Entries checked"
          {...(progress.total === 0 ? {} : { value: progress.checked, max: progress.total })}
        />
      )}
      {error !== null && !isPending && (
        <div className={classes.below}>
          <Notice tone="error" title="The audit log was not verified">
            {error.message}
          </Notice>
        </div>
      )}
      {data !== undefined && !isPending && (
        <>
          <VerificationFacts verification={data} />
          {!data.ok && <VerificationFindings verification={data} />}
        </>
      )}
      <HeadsElsewhere
        publicKey={data?.publicKey}
        isBusy={isPending || !canVerify}
        onHeads={(heads) => verify.mutate({ log: 'own', heads })}
      />
    </Section>
  );
}

function Shield({ verification }: { verification: Verification | undefined }): ReactNode {
  const Icon = verification === undefined ? IconShield : verification.ok ? IconShieldCheck : IconShieldX;
  const state = verification === undefined ? 'unknown' : verification.ok ? 'good' : 'bad';
  return <Icon className={classes.shield} data-state={state} size={36} stroke={1.5} aria-hidden="true" />;
}

interface HeadlineProps {
  verification: Verification | undefined;
  isPending: boolean;
  progress: Progress | null;
}

function Headline({ verification, isPending, progress }: HeadlineProps): ReactNode {
  if (isPending)
    return (
      <>
        <h2>Checking every entry…</h2>
        <p className="bw-quiet bw-tabular">
          {progress === null || progress.total === 0
            ? 'Reading the log.'
            : `${formatExact(progress.checked)} of ${formatExact(progress.total)} entries`}
        </p>
      </>
    );
  if (verification === undefined)
    return (
      <>
        <h2>Is it as it was written?</h2>
        <p className="bw-quiet">Checks the hash of every entry and the signature of every head, here and now.</p>
      </>
    );
  if (!verification.ok)
    return (
      <>
        <h2>The log was bent: {formatCount(verification.findings.length + verification.moreFindings, 'finding')}</h2>
        <p className="bw-quiet">{formatExact(verification.entries)} entries were checked. What is wrong, and where, stands below.</p>
      </>
    );
  return (
    <>
      <h2>
        {verification.entries === 1
          ? 'The one entry is as it was written'
          : `All ${formatExact(verification.entries)} entries are as they were written`}
      </h2>
      <p className="bw-quiet">None was changed, removed, put in or moved.</p>
    </>
  );
}
