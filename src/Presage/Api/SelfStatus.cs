namespace Presage.Api;

sealed class SelfStatus
{
    public ServerStatus Describe() => throw new NotSupportedException();

    public string? NotReadyReason() => throw new NotSupportedException();

    public string Exposition() => throw new NotSupportedException();

}
