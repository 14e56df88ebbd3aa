import type { TopicCourse } from '../api/views.ts';
import { Badge } from '../ui/badge.tsx';

/** What of a topic is beyond chance, and where released beyond noise. */
export function StandsOut({ of }: { readonly of: Pick<TopicCourse, 'trend' | 'gap'> | null }) {
  return (
    <div className="row-tags">
      {of?.trend && <Badge title="Newer half of the days against the older, beyond chance and noise">{of.trend}</Badge>}
      {of?.gap === true && (
        <Badge tone="warn" title="More of its people unhappy than elsewhere, beyond chance and noise: a knowledge gap">
          answers lacking
        </Badge>
      )}
    </div>
  );
}
