/** The figures of chapter 9, by the names that its text gives them. */
import StackerFigure from './StackerFigure.svelte';
import VoteFigure from './VoteFigure.svelte';
import VoteTable from './VoteTable.svelte';

export const figures = { 'majority-vote': VoteFigure, 'vote-by-vote': VoteTable, stacker: StackerFigure };
