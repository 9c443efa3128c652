using Xunit;

namespace Presage.EndToEnd.Support;

/// <summary>
/// All tests are of this collection: they load the machine, fill disks and watch clocks, one at a time.
/// </summary>
[CollectionDefinition(Name)]
public sealed class OneAtATime
{
    public const string Name = "one at a time";
}
