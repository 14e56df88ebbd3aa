// The thread as a picture: what follows what, and how sure that is. Loaded when it is opened.
import {
  Handle,
  MarkerType,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  type Edge,
  type Node,
  type NodeProps,
} from '@xyflow/react';
import { useEffect, useMemo } from 'react';
import type { ThreadDetail } from '../../api/views.ts';
import { Link } from '../../route/link.tsx';
import { count, percent, timeOfDay, words } from '../../ui/format.ts';
import type { LinkTo } from '../turns.ts';
import { GraphTable } from './graph-table.tsx';
import { layOut, type Placed, type ThreadLayout } from './layout.ts';
import { textOf } from './text-of.ts';
import '@xyflow/react/dist/base.css';
import './graph.css';

interface ThreadGraphProps {
  readonly thread: ThreadDetail;
  readonly selected: string | undefined;
  readonly linkTo: LinkTo;
}

const NODE = { width: 200, height: 74, gap: 18 } as const;
const STEP = NODE.width + 130;

interface Shown extends Record<string, unknown> {
  readonly placed: Placed;
  readonly isSelected: boolean;
  readonly href: string;
}

export function ThreadGraph({ thread, selected, linkTo }: ThreadGraphProps) {
  const layout = useMemo(() => layOut(thread.requests, selected), [thread, selected]);
  const [nodes, edges] = useMemo(
    () => [nodesOf(layout, selected, linkTo), edgesOf(layout)],
    // The address changes with the place alone, which `selected` stands for.
    [layout, selected, linkTo],
  );
  return (
    <section className="thread-graph" aria-labelledby="graph-title">
      <h2 id="graph-title" className="findings-title">
        What follows what
      </h2>
      <p className="hint">
        Turns from left to right, branches below each other, calls below the turn that they serve. At each line: by which evidence it was
        drawn, and how sure that is. Drag to move, pinch or Ctrl and wheel to zoom.
        {layout.hidden > 0 && ` ${count(layout.hidden)} requests are left out; open another turn to see those around it.`}
      </p>
      <div className="graph-canvas">
        <ReactFlowProvider>
          <Canvas nodes={nodes} edges={edges} selected={selected} />
        </ReactFlowProvider>
      </div>
      <GraphTable layout={layout} linkTo={linkTo} />
    </section>
  );
}

const TYPES = { request: RequestNode };
const MIN_ZOOM = 0.2;

function Canvas({
  nodes,
  edges,
  selected,
}: {
  readonly nodes: Node<Shown>[];
  readonly edges: Edge[];
  readonly selected: string | undefined;
}) {
  const flow = useReactFlow();
  useEffect(() => {
    const node = nodes.find(({ id }) => id === selected) ?? nodes[0];
    if (node !== undefined)
      void flow.setCenter(node.position.x + NODE.width / 2, node.position.y + NODE.height / 2, { zoom: Math.min(1, flow.getZoom()) });
  }, [flow, nodes, selected]);
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={TYPES}
      defaultViewport={{ x: 20, y: 20, zoom: 1 }}
      minZoom={MIN_ZOOM}
      maxZoom={1.5}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable={false}
      zoomOnScroll={false}
      preventScrolling={false}
      onlyRenderVisibleElements={nodes.length > 100}
      proOptions={{ hideAttribution: true }}
    />
  );
}

function nodesOf({ placed, heights }: ThreadLayout, selected: string | undefined, linkTo: LinkTo): Node<Shown>[] {
  const tops = heights.map((_, lane) => heights.slice(0, lane).reduce((sum, height) => sum + height * (NODE.height + NODE.gap), 0));
  return placed.map((one) => ({
    id: one.request.id,
    type: 'request',
    position: { x: one.step * STEP, y: (tops[one.lane] ?? 0) + one.row * (NODE.height + NODE.gap) },
    width: NODE.width,
    height: NODE.height,
    data: { placed: one, isSelected: one.request.id === selected, href: linkTo(one.request.id) },
  }));
}

function edgesOf({ links, placed }: ThreadLayout): Edge[] {
  const byId = new Map(placed.map((one) => [one.request.id, one.request]));
  return links.map(({ from, to, kind }) => {
    const request = byId.get(to);
    const sure = request?.confidence ?? 1;
    return {
      id: `${from} ${to}`,
      source: from,
      target: to,
      sourceHandle: kind === 'follows' ? 'next' : 'calls',
      targetHandle: kind === 'follows' ? 'before' : 'turn',
      type: kind === 'follows' ? 'default' : 'smoothstep',
      className: `graph-edge graph-${kind}${sure < 0.6 ? ' graph-unsure' : ''}`,
      ...(kind === 'follows' && request ? { label: `${request.method} ${percent(sure)}` } : {}),
      markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14 },
    };
  });
}

function RequestNode({ data: { placed, isSelected, href } }: NodeProps<Node<Shown>>) {
  const flow = useReactFlow();
  const { request, more, row } = placed;
  const isFaulty = request.status !== null && request.status.outcome !== 'ok';
  const show = (): void => {
    const node = flow.getNode(request.id);
    if (node !== undefined)
      void flow.setCenter(node.position.x + NODE.width / 2, node.position.y + NODE.height / 2, { zoom: flow.getZoom() });
  };
  return (
    <div className={`graph-node${row > 0 ? ' graph-call' : ''}${isFaulty ? ' graph-faulty' : ''}${isSelected ? ' graph-selected' : ''}`}>
      <Handle id="before" type="target" position={Position.Left} isConnectable={false} />
      <Handle id="turn" type="target" position={Position.Top} isConnectable={false} />
      <Link className="graph-link nodrag" href={href} replace onFocus={show} aria-current={isSelected ? 'true' : undefined} dir="auto">
        {textOf(request)}
      </Link>
      <span className="graph-facts">
        {row > 0 ? words(request.call?.kind ?? 'call') : `${request.turn} · ${words(request.position)}`} · {timeOfDay(request.at)}
        {request.fork && ' · fork'}
        {isFaulty && ` · ${request.status.outcome}`}
        {more > 0 && ` · and ${count(more)} more`}
      </span>
      <Handle id="next" type="source" position={Position.Right} isConnectable={false} />
      <Handle id="calls" type="source" position={Position.Bottom} isConnectable={false} />
    </div>
  );
}
