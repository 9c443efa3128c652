using Xunit;

namespace Presage.Tests.Support;

/// <summary>
/// Tests that measure the whole process, its memory or its clock on the wall: they run when all others are done, one
/// by one.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
