namespace Presage.Api;

sealed class FleetView
{
    public Overview Overview() => throw new NotSupportedException();

    public IReadOnlyList<HostSummary> Hosts() => throw new NotSupportedException();

    public HostDetail Host(string host) => throw new NotSupportedException();

    public IReadOnlyList<MetricFamily> Metrics(string host, string? search) => throw new NotSupportedException();

    public void Forget(string host) => throw new NotSupportedException();

}
