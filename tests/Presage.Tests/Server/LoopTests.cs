using Xunit;

namespace Presage.Tests.Server;

public sealed class LoopTests
{
    [Theory]
    [InlineData(0.05, 0)]
    [InlineData(0.2, 0)]
    [InlineData(0.5, 2)]
    [InlineData(1.5, 6)]
    [InlineData(60, 10)]
    public void ATurnThatTakesLongIsFollowedByARest(double turnSeconds, double restSeconds) => Assert.Equal(
        TimeSpan.FromSeconds(restSeconds),
        Loop.RestAfter(TimeSpan.FromSeconds(turnSeconds), TimeSpan.FromSeconds(1), share: 0.2));
}
