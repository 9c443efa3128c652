using Microsoft.Extensions.Time.Testing;

namespace Presage.Tests.Support;

/// <summary>A clock that can be set while what is measured between two timestamps goes on as it did.</summary>
sealed class JumpingTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    long _jumped;

    /// <summary>Somebody sets the clock: no time passes.</summary>
    public void Jump(TimeSpan by)
    {
        _jumped += by.Ticks;
        AdjustTime(GetUtcNow() + by);
    }

    public override long GetTimestamp() => base.GetTimestamp() - _jumped;
}
