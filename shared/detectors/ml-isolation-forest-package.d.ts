/** The package comes without types. What we read of it, as it is in 0.1.0. */
declare module 'ml-isolation-forest' {
  /** An inner node has both children; a leaf keeps the rows that ended in it. */
  export interface TreeNode {
    readonly left?: TreeNode;
    readonly right?: TreeNode;
    /** What is below `splitValue` in this column goes left. */
    readonly splitColumn?: number;
    readonly splitValue?: number;
    readonly trainingSet?: readonly (readonly number[])[];
  }

  export class IsolationForest {
    constructor(options?: { readonly nEstimators?: number });
    /** Adds `nEstimators` trees, each grown on all the rows. */
    train(trainingSet: readonly (readonly number[])[]): void;
    predict(data: readonly (readonly number[])[]): number[];
    readonly forest: readonly TreeNode[];
  }
}
