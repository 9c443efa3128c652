namespace Presage.Storage;

/// <summary>What a deletion came to.</summary>
/// <param name="Series">Series that satisfied the matchers and may have had samples in the range.</param>
public readonly record struct DeletionOutcome(int Series);
