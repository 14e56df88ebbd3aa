/** split: from a turn on; move, free: one turn, to another thread or to one of its own; merge: the whole thread. */
export type Kind = 'split' | 'move' | 'free' | 'merge';
