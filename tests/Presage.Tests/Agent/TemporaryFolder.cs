namespace Presage.Tests.Agent;

/// <summary>A folder that is gone when its test ends.</summary>
sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("presage").FullName;

    public void Dispose() => Directory.Delete(Path, true);
}
